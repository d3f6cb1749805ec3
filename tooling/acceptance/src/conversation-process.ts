/** Plays the conversation in a separate process and prints the requests. */
import { converse } from './conversation.ts';
import { SIDES } from './wires.ts';

const side = SIDES.find(({ wire }) => wire.name === process.argv[2]);
if (side === undefined) throw new Error(`no wire named ${process.argv[2] ?? ''}`);
process.stdout.write(JSON.stringify(await converse(side, Number(process.argv[3]))));
