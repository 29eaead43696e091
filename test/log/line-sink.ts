/** Takes what a logger writes. */
export class LineSink {
  text = '';

  write(line: string): void {
    this.text += line;
  }

  get lines(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
