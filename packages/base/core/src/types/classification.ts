/** Question about an input. `predicate`: whether a statement is true. `choice`: one of several names. `score`: an ordered level. */
export type Question =
  | { readonly type: 'predicate'; readonly instructions: string }
  | {
      readonly type: 'choice';
      readonly instructions: string;
      /** 2 to 255 choices, as name and description. An empty description is not sent. */
      readonly choices: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'score';
      readonly instructions: string;
      /** 2 to 10 descriptions of levels, the lowest level first. */
      readonly levels: readonly string[];
    };

/** Questions by name. */
export type Questions = Readonly<Record<string, Question>>;

/**
 * Source of probabilities. `vendor`: a classification API. `logprobs`: token probabilities of a chat model. `stated`: numbers that a
 * chat model wrote.
 */
export type Basis = 'vendor' | 'logprobs' | 'stated';

/** Facts about an answer. */
export interface AnswerFacts {
  readonly basis: Basis;
  /** Whether a curve of `ClassificationRequest.calibration` was applied. */
  readonly isCalibrated: boolean;
}

/** Answer to a `predicate`. */
export interface PredicateAnswer extends AnswerFacts {
  readonly type: 'predicate';
  /** Probability that the statement is true, from 0 to 1. */
  readonly probability: number;
}

/** Answer to a `choice`. */
export interface ChoiceAnswer<Name extends string = string> extends AnswerFacts {
  readonly type: 'choice';
  /** Most probable name. If several are equal, the first in the order of the question. */
  readonly choice: Name;
  /** Probability of each name. The probabilities sum to 1. */
  readonly probabilities: Readonly<Record<Name, number>>;
}

/** Answer to a `score`. */
export interface ScoreAnswer extends AnswerFacts {
  readonly type: 'score';
  /** Expected level, from 0 to the number of levels minus 1. */
  readonly score: number;
  /** Probability of each level, in order. The probabilities sum to 1. */
  readonly probabilities: readonly number[];
}

/** Answer to a question. */
export type AnswerOf<Q extends Question> = Q extends { readonly type: 'predicate' }
  ? PredicateAnswer
  : Q extends { readonly type: 'choice'; readonly choices: infer Choices }
    ? ChoiceAnswer<Extract<keyof Choices, string>>
    : ScoreAnswer;

/** Curve of one question at one target: `p' ∝ exp(scale · ln p + bias)`, where `p` is at least 0.005. */
export interface CalibrationCurve {
  readonly basis: Basis;
  /** Factor above 0, so that the order of two inputs does not change. */
  readonly scale: number;
  /** Summand of each option: `[true, false]`, choices or levels, in order. */
  readonly bias: readonly number[];
  /** Number of labels from which the curve was learned. */
  readonly n: number;
}

/** Calibration as JSON, to be stored in version control next to the questions. Contains no examples. */
export interface Calibration {
  readonly version: 1;
  readonly questions: Readonly<
    Record<
      string,
      {
        /** Hash of the type, instructions, options and descriptions of the question. */
        readonly hash: string;
        /** Curves by target, such as `openai/gpt-6-luna`. */
        readonly targets: Readonly<Record<string, CalibrationCurve>>;
      }
    >
  >;
}
