import { isRecord } from '@majordomo/core/toolkit';

/** A file of a form. */
export interface FormFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Whether the value is a file of `readForm`. */
export const isFile = (value: unknown): value is FormFile =>
  isRecord(value) && value['bytes'] instanceof Uint8Array;

/** The fields of a multipart form by name; throws for a body that is none. */
export async function readForm(
  body: Uint8Array,
  contentType: string,
): Promise<Readonly<Record<string, unknown>>> {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated for public servers; the only client here is the test
  const form = await response.formData();
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    fields[name] =
      typeof value === 'string'
        ? value
        : { name: value.name, mediaType: value.type, bytes: new Uint8Array(await value.arrayBuffer()) };
  }
  return fields;
}
