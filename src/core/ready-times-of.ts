/** From when on reads hit, by those whose hits are measured where there are any: the model takes every read to hit in sync. */
export function readyTimesOf<Times>({
  reads,
  measured,
  ready,
  readyMeasured,
}: {
  reads: number;
  measured?: { reads: number } | undefined;
  ready?: Times | undefined;
  readyMeasured?: Times | undefined;
}): Times | undefined {
  const isMixed = measured !== undefined && measured.reads > 0 && measured.reads < reads;
  return isMixed ? readyMeasured : ready;
}
