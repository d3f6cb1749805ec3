// Batch API of OpenAI in a separate process, whose batches are complete at the first look. Sends its address.
import { startBatchServer } from '@majordomo/conformance';

const { baseURL } = await startBatchServer({ looks: 0 });
process.send(baseURL);
