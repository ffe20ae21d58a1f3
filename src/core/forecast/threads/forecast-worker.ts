import { parentPort } from 'node:worker_threads';
import { type ForecastTask, runTask, type Shared } from './forecast-tasks.ts';

export interface ThreadMessage {
  /** Sent once, before the first task. */
  shared?: Shared;
  task?: ForecastTask;
}

let shared: Shared | undefined;
parentPort?.on('message', (message: ThreadMessage) => {
  shared = message.shared ?? shared;
  if (message.task && shared) parentPort?.postMessage(runTask(shared, message.task));
});
