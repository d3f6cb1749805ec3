import { harnesses } from './chat-harnesses.ts';
import { runCases } from './run-cases.ts';

runCases(harnesses);
