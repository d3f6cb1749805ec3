// Batch API of OpenAI in a separate process. Sends its address. Each batch is running for the first 20 status requests.
import { startBatchServer } from '@majordomo/conformance';

const { baseURL } = await startBatchServer({ looks: 20 });
process.send(baseURL);
