import * as suite from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe } from 'vitest';
import { harnesses } from './harnesses.ts';

describe.concurrent.each(harnesses)('%s', casesOf(suite, ['a local server']));
