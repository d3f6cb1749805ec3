export type { Calibration } from '@majordomo/core';
export { emulateClassification } from './emulate.ts';
export { learnCalibration, type LearnOptions } from './learn.ts';
export type { CalibrationQuality, CalibrationRow, Labeled, LabelOf } from './learn.ts';
export { classificationCheck, type ClassificationCheck } from './check.ts';
export { classificationRoute, type RouteOptions } from './route.ts';
export { classificationScore, type ClassificationScore } from './score.ts';
export type { AnswerRule } from './rule.ts';
