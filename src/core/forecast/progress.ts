/** How far a forecast is: keys read out of the history, moments looked back to, forests and series fitted, keys forecast. */
export interface ForecastProgress {
  step: 'keys' | 'features' | 'learn' | 'series' | 'predict';
  done: number;
  all: number;
}

/** Called now and then, with `done` rising within a step; must be quick. */
export type OnForecastProgress = (progress: ForecastProgress) => void;
