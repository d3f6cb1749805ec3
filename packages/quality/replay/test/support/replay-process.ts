// Runs an experiment against the server of its first argument, with files in the folder of the second one.
import { replay } from '@majordomo/replay';
import { experimentAt } from './replay-experiment.ts';

const [, , baseURL = '', folder = ''] = process.argv;
await replay(experimentAt(baseURL), { folder, concurrency: 3 });
