import { parentPort } from 'node:worker_threads';
import { type ForecastTask, forgetFeatures, runTask, type Shared } from './forecast-tasks.ts';

export interface ThreadMessage {
  /** Before the first task, and where other rows are learned from. */
  shared?: Shared;
  task?: ForecastTask;
}

let shared: Shared | undefined;
parentPort?.on('message', (message: ThreadMessage) => {
  if (message.shared) forgetFeatures();
  shared = message.shared ?? shared;
  if (message.task && shared) parentPort?.postMessage(runTask(shared, message.task));
});
