import { eachChunk } from '@majordomo/core/toolkit';

/**
 * Returns a function that makes a part of a file the body of a request. All bodies of an upload use one buffer, because the chunks that
 * a blob creates would fill tens of megabytes before the garbage collector frees them. The parts are sent one after the other.
 */
export function uploadBody(): (part: Blob) => Blob {
  let buffer = new Uint8Array();
  return (part) => {
    const stream = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        async start(controller) {
          if (buffer.length < part.size) buffer = new Uint8Array(part.size);
          let size = 0;
          await eachChunk(part, 'blob', (chunk) => {
            buffer.set(chunk, size);
            size += chunk.length;
          });
          controller.enqueue(buffer.subarray(0, size));
          controller.close();
        },
      });
    const body = part.slice(0, part.size, part.type);
    return Object.defineProperty(body, 'stream', { value: stream });
  };
}
