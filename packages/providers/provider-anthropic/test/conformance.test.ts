import * as suite from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './harnesses.ts';
import { platforms } from './platforms.ts';

describe.concurrent.each([...harnesses, ...platforms])('%s', casesOf(suite, ['claude-haiku-4-5']));
