import { deflateSync } from 'node:zlib';

/** Objects of one save, by number; `undefined` deletes one. */
export type Objects = Readonly<Record<number, string | undefined>>;

/** Format of the objects and the cross-reference of a save. */
export type Form = 'table' | 'stream' | 'hybrid';

/** Writer of a PDF with several saves. Each save appends its objects, a cross-reference, and the offset of the previous one. */
export class PdfWriter {
  private text = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
  private previous: number | undefined;
  private size = 1;

  /** Appends a save. The objects of `packed` are written to an object stream. */
  save(objects: Objects, form: Form = 'table', packed: Objects = {}): this {
    const entries = new Map<number, string>([[0, '0000000000 65535 f']]);
    const inStream = new Map<number, readonly [stream: number, index: number]>();
    this.size = Math.max(
      this.size,
      ...[...Object.keys(objects), ...Object.keys(packed)].map((key) => Number(key) + 1),
    );
    for (const [number, value] of Object.entries(objects)) {
      entries.set(
        Number(number),
        value === undefined ? '0000000000 00001 f' : this.place(Number(number), value),
      );
    }
    if (Object.keys(packed).length > 0) {
      const stream = this.size++;
      entries.set(stream, this.place(stream, objectStream(packed)));
      Object.keys(packed).forEach((number, index) => inStream.set(Number(number), [stream, index]));
    }
    if (form === 'stream') this.endWithStream(entries, inStream);
    else {
      const hidden = form === 'hybrid' ? this.xrefStream(new Map(), inStream, '') : undefined;
      if (hidden !== undefined)
        for (const number of inStream.keys()) entries.set(number, '0000000000 00000 f');
      this.endWithTable(entries, hidden === undefined ? '' : `/XRefStm ${hidden}`);
    }
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.from(this.text, 'latin1'));
  }

  private place(number: number, value: string): string {
    const at = this.text.length;
    this.text += `${number} 0 obj\n${value}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n`;
  }

  private trailer(more: string): string {
    const previous = this.previous === undefined ? '' : `/Prev ${this.previous}`;
    return `/Size ${this.size} /Root 1 0 R ${previous} ${more}`;
  }

  private endWithTable(entries: ReadonlyMap<number, string>, more: string): void {
    const at = this.text.length;
    const sections = [...entries].map(([number, entry]) => `${number} 1\n${entry} \n`).join('');
    this.text += `xref\n${sections}trailer\n<< ${this.trailer(more)} >>\nstartxref\n${at}\n%%EOF\n`;
    this.previous = at;
  }

  private endWithStream(
    entries: ReadonlyMap<number, string>,
    inStream: ReadonlyMap<number, readonly [number, number]>,
  ): void {
    const at = this.xrefStream(entries, inStream, this.trailer(''));
    this.text += `startxref\n${at}\n%%EOF\n`;
    this.previous = at;
  }

  /** Appends a cross-reference stream with the usual predictor, where each row is the difference from the row above. */
  private xrefStream(
    entries: ReadonlyMap<number, string>,
    inStream: ReadonlyMap<number, readonly [number, number]>,
    more: string,
  ): number {
    const rows: (readonly [number: number, row: Buffer])[] = [];
    for (const [number, entry] of entries)
      rows.push([number, row(entry.endsWith('n') ? 1 : 0, Number(entry.slice(0, 10)), 0)]);
    for (const [number, [stream, index]] of inStream) rows.push([number, row(2, stream, index)]);
    const index = rows.map(([number]) => `${number} 1`).join(' ');
    const packed = deflateSync(up(rows.map(([, bytes]) => bytes))).toString('latin1');
    const parameters = '/Filter [/FlateDecode] /DecodeParms [<< /Predictor 12 /Columns 6 >>]';
    const at = this.text.length;
    this.text += `${this.size} 0 obj\n<< /Type /XRef /W [1 4 1] /Index [${index}] ${parameters} /Length ${packed.length} ${more} >>\nstream\r\n${packed}\nendstream\nendobj\n`;
    return at;
  }
}

const row = (kind: number, place: number, more: number): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt8(kind, 0);
  bytes.writeUInt32BE(place, 1);
  bytes.writeUInt8(more, 5);
  return bytes;
};

const up = (rows: readonly Buffer[]): Buffer =>
  Buffer.concat(
    rows.flatMap((bytes, at) => [
      Buffer.of(2),
      bytes.map((byte, column) => byte - (rows[at - 1]?.[column] ?? 0)),
    ]),
  );

function objectStream(objects: Objects): string {
  let body = '';
  const header = Object.entries(objects).map(([number, value]) => {
    const pair = `${number} ${body.length}`;
    body += `${value} `;
    return pair;
  });
  const first = `${header.join(' ')} `;
  const packed = deflateSync(Buffer.from(first + body, 'latin1')).toString('latin1');
  return `<< /Type /ObjStm /N ${header.length} /First ${first.length} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}\nendstream`;
}

export const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>';
export const page = (more = ''): string => `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] ${more} >>`;
export const tree = (kids: readonly number[], count: number = kids.length): string =>
  `<< /Type /Pages /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] /Count ${count} >>`;

export const numbers = (count: number, first = 3): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Returns the objects of a document: the catalog, the page tree, and `count` pages with numbers from 3. */
export const pages = (count: number): Objects => ({
  1: CATALOG,
  2: tree(numbers(count)),
  ...Object.fromEntries(numbers(count).map((number) => [number, page()])),
});

/** Returns an embedded file object. */
export const attachment = (file: Uint8Array, isPacked: boolean): string => {
  const plain = Buffer.from(file).toString('latin1');
  const data = isPacked ? deflateSync(file).toString('latin1') : plain;
  const filter = isPacked ? '/Filter /FlateDecode' : '';
  return `<< /Type /EmbeddedFile ${filter} /Length ${data.length} >>\nstream\n${data}\nendstream`;
};
