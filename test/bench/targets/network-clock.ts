/** Counts the time in which at least one request is under way: what is left of a run is its own work. */
export class NetworkClock {
  #open = 0;
  #since = 0;
  #busy = 0;

  async during<Value>(request: () => Promise<Value>): Promise<Value> {
    if (this.#open++ === 0) this.#since = performance.now();
    try {
      return await request();
    } finally {
      if (--this.#open === 0) this.#busy += performance.now() - this.#since;
    }
  }

  reset(): void {
    this.#busy = 0;
  }

  /** Milliseconds since the last reset. */
  busy(): number {
    return this.#busy;
  }
}
