// Scripts of the server. The script is the first segment of the path: `/text-50/…` is a text of 50 deltas.

/**
 * @typedef {object} Script
 * @property {'text' | 'paced' | 'timed' | 'slow' | 'held' | 'tool' | 'turns'} kind
 *   `text`: a text; `paced`: the same, one write per event; `timed`: one every 5 ms; `slow`: one every 100 ms; `held`: the same, without an end; `tool`:
 *   one call of `edit_file`, its arguments in pieces; `turns`: calls of `search`, then a text.
 * @property {number} count deltas, pieces or turns
 */

const WORDS = ['alpha ', 'bravo ', 'charlie ', 'delta ', 'echo ', 'foxtrot ', 'golf ', 'hôtel '];

/** Returns the deltas of a text. */
export const words = (count) => Array.from({ length: count }, (_, at) => WORDS[at % WORDS.length]);

/** Text that every subject must have read. */
export const text = (count) => words(count).join('');

/** Returns arguments in fragments of about eight bytes: many short strings, as for an editing tool. */
export function editArguments(pieces) {
  const edits = [];
  for (let size = 0; size < pieces * 8 - 60;) {
    const line = edits.length;
    const edit = { line, old: `x${line}`, new: `const value${line} = "é";` };
    edits.push(edit);
    size += JSON.stringify(edit).length + 1;
  }
  return { path: 'src/a.ts', edits };
}

/** Returns the text as JSON in a given number of chunks. */
export function editPieces(count) {
  const json = JSON.stringify(editArguments(count));
  const cut = (at) => Math.floor((at * json.length) / count);
  return Array.from({ length: count }, (_, at) => json.slice(cut(at), cut(at + 1)));
}

export const LAST_WORDS = 'done';

/** Returns a response as defined by @majordomo/conformance. `turn` counts the requests of one run of `turns`. */
export function answerTo({ kind, count }, turn) {
  switch (kind) {
    case 'text':
    case 'paced':
    case 'timed':
    case 'slow':
    case 'held':
      return said(words(count));
    case 'tool':
      return calls('edit_file', editPieces(count), 'call_00000000');
    case 'turns':
      return { id: `${turn}`, ...(turn < count ? search(turn) : said([LAST_WORDS])) };
    default:
      throw new Error(`a script of kind "${kind}" has no answer`);
  }
}

const said = (chunks) => ({ parts: [{ type: 'text', text: chunks.join(''), chunks }] });

const search = (turn) =>
  calls('search', [JSON.stringify({ query: `step ${turn}`, limit: 10 })], `call_${turn}`);

const calls = (name, chunks, id) => ({
  parts: [{ type: 'tool-call', id, name, json: chunks.join(''), chunks }],
});
