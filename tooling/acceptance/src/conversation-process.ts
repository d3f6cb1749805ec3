/** Plays the conversation on each side in a separate process, and prints the requests by the names of the sides. */
import { converse } from './conversation.ts';
import { SIDES } from './wires.ts';

const turns = Number(process.argv[2]);
const conversations = await Promise.all(
  SIDES.map(async (side) => [side.wire.name, await converse(side, turns)] as const),
);
process.stdout.write(JSON.stringify(Object.fromEntries(conversations)));
