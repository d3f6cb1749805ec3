import { toStoredText } from './store-text.ts';
import { piecesOf } from './bytes.ts';

/** Size of a stored piece of content, except the last one, in bytes. */
const PIECE_BYTES = 524_288;

/** Statements of a store on pieces of content, by the key of the content and the place of the piece. */
export interface PieceStatements {
  /** Stores a piece. */
  readonly add: (key: string, place: number, bytes: Uint8Array) => Promise<unknown>;
  /** Returns the number of pieces under a key. */
  readonly count: (key: string) => Promise<number>;
  /** Returns a piece, or `undefined` if it does not exist. */
  readonly read: (key: string, place: number) => Promise<Uint8Array | undefined>;
  /** Removes all pieces under a key. */
  readonly remove: (key: string) => Promise<unknown>;
}

/** Store of content under ids. */
export interface ContentInPieces {
  /** Stores the content. If that fails, removes the stored pieces and rejects. */
  put(id: string, content: ReadableStream<Uint8Array>): Promise<void>;
  /** Returns the content, or `undefined` if it does not exist. The stream fails if the content is deleted while it is read. */
  read(id: string): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Removes the content, if it exists. */
  delete(id: string): Promise<void>;
}

/** Creates a store of content that writes and reads pieces, each with one statement. */
export function contentInPieces({ add, count, read, remove }: PieceStatements): ContentInPieces {
  return {
    async put(id, content) {
      const key = toStoredText(id);
      try {
        let place = 0;
        for await (const piece of piecesOf(content, PIECE_BYTES)) await add(key, place++, piece);
        // `read` finds content by its pieces, so empty content has an empty piece.
        if (place === 0) await add(key, 0, new Uint8Array());
      } catch (error) {
        await remove(key).catch(() => undefined);
        throw error;
      }
    },
    async read(id) {
      const key = toStoredText(id);
      const pieces = await count(key);
      return pieces === 0 ? undefined : streamOf(pieces, (place) => read(key, place));
    },
    async delete(id) {
      await remove(toStoredText(id));
    },
  };
}

/** Returns a stream that reads one piece at a time. */
function streamOf(
  count: number,
  read: (place: number) => Promise<Uint8Array | undefined>,
): ReadableStream<Uint8Array> {
  let place = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (place === count) {
          controller.close();
          return;
        }
        const piece = await read(place++);
        if (piece === undefined) throw new Error('the file was deleted while it was read');
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}
