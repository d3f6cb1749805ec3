/**
 * Returns a form with fields and one file as a body of known size. Unlike `FormData`, it is a blob, whose content `patientFetch` sends
 * without keeping it in memory.
 */
export function uploadForm(
  fields: Readonly<Record<string, string>>,
  file: { readonly content: Blob; readonly name: string; readonly mediaType: string },
): Blob {
  const boundary = `majordomo-${crypto.randomUUID()}`;
  // An invalid type becomes an empty string.
  const { type } = new Blob([], { type: file.mediaType });
  const head = [
    ...Object.entries(fields).map(([name, value]) => `${partHead(boundary, name)}\r\n\r\n${value}\r\n`),
    `${partHead(boundary, 'file')}; filename="${escaped(file.name)}"\r\n`,
    `Content-Type: ${type === '' ? 'application/octet-stream' : type}\r\n\r\n`,
  ];
  return new Blob([...head, file.content, `\r\n--${boundary}--\r\n`], {
    type: `multipart/form-data; boundary=${boundary}`,
  });
}

const partHead = (boundary: string, name: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;

/** Returns a name as browsers write it into a form. */
const escaped = (name: string): string =>
  name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
