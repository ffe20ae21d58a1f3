import type { Fault } from './case.ts';

/** A fault as the processes of an attempt are given it. */
export interface ArmedFault {
  fault: Fault;
  /** Made when the fault happens. */
  markFile: string;
}
