// Opens streams with one subject and sends its parent how far the resident memory grew while all of them were open, in bytes.
import * as own from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';
import { dialectOf } from '../wires/index.mjs';

const [, , family, wire, origin, streams] = process.argv;
const before = process.memoryUsage.rss();
const session = await { sdk, ...own }[family](dialectOf(wire)).open(origin);
await Promise.all(
  Array.from(
    { length: Number(streams) },
    () =>
      new Promise((resolve, reject) => {
        // Resolves at the first text. The server then holds the stream.
        session.streamText(resolve).then(() => reject(new Error('a stream ended')), reject);
      }),
  ),
);
process.send(process.memoryUsage.rss() - before, () => process.exit(0));
