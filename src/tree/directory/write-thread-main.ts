// What a `WriteThread` runs: it says that it is there, then writes and answers one batch after the other, until the port closes.
import { workerData } from 'node:worker_threads';
import { FileWriter } from './write-file.ts';
import type { WriteBatch } from './write-batch.ts';
import type { WriteThreadData, WriteThreadMessage } from './write-thread.ts';

const { root, port } = workerData as WriteThreadData;
const writer = new FileWriter(root);

function say(message: WriteThreadMessage, memory: ArrayBuffer[] = []): void {
  port.postMessage(message, memory);
}

port.on('message', (batch: WriteBatch) => {
  say(writer.writeAll(batch), [batch.room]);
});
say('ready');
