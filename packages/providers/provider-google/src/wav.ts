const HEADER_BYTES = 44;
/** Bytes per sample. The vendor's models produce 16-bit mono audio. */
const BYTES_PER_SAMPLE = 2;
/** Value of a length field that players interpret as an unknown length. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/** Returns a WAV header. `rate` is in samples per second. Without `length`, the header describes a stream of unknown length. */
export function wavHeader(rate: number, length?: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  const text = (at: number, letters: string): void => {
    for (let offset = 0; offset < letters.length; offset++)
      view.setUint8(at + offset, letters.charCodeAt(offset));
  };
  text(0, 'RIFF');
  view.setUint32(4, length === undefined ? UNKNOWN_LENGTH : HEADER_BYTES - 8 + length, true);
  text(8, 'WAVEfmt ');
  // Size of the format chunk in bytes, then the format PCM and one channel.
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * BYTES_PER_SAMPLE, true);
  view.setUint16(32, BYTES_PER_SAMPLE, true);
  view.setUint16(34, BYTES_PER_SAMPLE * 8, true);
  text(36, 'data');
  view.setUint32(40, length ?? UNKNOWN_LENGTH, true);
  return new Uint8Array(view.buffer);
}
