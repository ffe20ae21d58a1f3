import { parentPort, workerData } from 'node:worker_threads';
import { openStateToRead, type StateDatabase } from '../../state/open.ts';
import { type MergedRange, type MergeTask, mergeRange } from '../segments/range-merge.ts';
import { type CounterSettings, EventCounter } from './event-counter.ts';
import { segmentsUnderWay, type ThreadReply, type ThreadRequest } from './thread-messages.ts';

// The thread of a `ThreadLane`. What is thrown here ends it, and reaches the lane.
const counter = new EventCounter(workerData as CounterSettings);
let sent = 0;
let onTaken: (() => void) | undefined;

parentPort?.on('message', (request: ThreadRequest) => {
  switch (request.type) {
    case 'begin':
      return counter.begin(request.replica, request.layout, request.atStart);
    case 'take': {
      const block = Buffer.from(request.block, 0, request.length);
      return reply({ type: 'counted', part: counter.take(block, request.isLast, request.nowMs) });
    }
    case 'open':
      return reply({ type: 'opened', bytes: counter.open });
    case 'finish':
      return reply({ type: 'finished', batches: counter.finish() });
    case 'taken':
      sent -= request.segments;
      return onTaken?.();
    case 'merge':
      return void merge(request);
  }
});

async function merge({ task, range, stateFile }: ThreadRequest & { type: 'merge' }): Promise<void> {
  const db = openStateToRead(stateFile);
  try {
    reply({ type: 'merged', merged: await mergeIn(db, task, range) });
  } finally {
    db.close();
  }
}

async function mergeIn(db: StateDatabase, task: MergeTask, range: number): Promise<MergedRange> {
  const running = mergeRange(task, range, db, {
    segment(replica, segment) {
      sent++;
      reply({ type: 'segment', replica, segment }, [segment.bytes.buffer as ArrayBuffer]);
    },
  });
  let step = running.next();
  for (; !step.done; step = running.next())
    while (sent > segmentsUnderWay) await new Promise<void>((resolve) => (onTaken = resolve));
  return step.value;
}

function reply(message: ThreadReply, moved: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}
