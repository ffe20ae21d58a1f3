import { forecastChoiceSchema } from './schema/forecast-choice.ts';
import { historySchema, lineHashesSchema, segmentsSchema } from './schema/history.ts';
import { runControlsSchema, runPauseSchema } from './schema/run-controls.ts';
import { runCourseSchema } from './schema/run-course.ts';
import { runProgressSchema } from './schema/run-progress.ts';
import { runsSchema } from './schema/runs.ts';
import { sketchSchema } from './schema/sketch.ts';
import { tuningSchema } from './schema/tuning.ts';

/**
 * The state file's schema, one step a version, forward only. A released step is never edited: add another.
 */
export const migrations: readonly string[] = [
  `${historySchema}\n${runsSchema}`,
  lineHashesSchema,
  segmentsSchema,
  sketchSchema,
  forecastChoiceSchema,
  runControlsSchema,
  runProgressSchema,
  runCourseSchema,
  runPauseSchema,
  tuningSchema,
];
