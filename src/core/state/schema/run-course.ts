/** How a run went over time, as JSON of bounded size, a row a run. It is written anew as it grows, which `runs` with its plans is not for. */
export const runCourseSchema = `
CREATE TABLE run_course (
  run_id TEXT PRIMARY KEY NOT NULL,
  course TEXT NOT NULL
) STRICT;
`;
