// Batch API of OpenAI in a separate process. Sends its address. Each batch is running for as many status requests as the argument
// states, by default 20.
import { startBatchServer } from '@majordomo/conformance';

const { baseURL } = await startBatchServer({ looks: Number(process.argv[2] ?? 20) });
process.send(baseURL);
