/** What happens while logs are followed. Paths and messages come from outside. */
export type FollowEvent =
  /** What was there at first is stored. */
  | { kind: 'began'; logs: number; events: number }
  /** What came since is stored; `latestMs` is the time of its latest event. */
  | { kind: 'stored'; events: number; latestMs: number | undefined }
  /** Nothing came. */
  | { kind: 'quiet' }
  | { kind: 'gone'; path: string }
  /** A log, or all logs at a host, cannot be read now. */
  | { kind: 'trouble'; message: string };
