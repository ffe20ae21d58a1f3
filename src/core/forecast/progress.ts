/** How far a forecast is: keys read out of the history, then hot keys that ARIMA has judged. */
export interface ForecastProgress {
  step: 'keys' | 'learn' | 'arima';
  done: number;
  all: number;
}

/** Called now and then, with `done` rising within a step; must be quick. */
export type OnForecastProgress = (progress: ForecastProgress) => void;
