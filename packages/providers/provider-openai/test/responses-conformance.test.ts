import { harnesses } from './responses-harnesses.ts';
import { runCases } from './run-cases.ts';

runCases(harnesses.map(([name, harness]) => [`${name} over Responses`, harness]));
