// An order with a photo as multipart/form-data.
import type { Photo } from './types.js';

/** The form as bytes. Sent again it is the same request, as the boundary is inside; a FormData gets a new one each time. */
export async function formOf(photo: Photo, fileName: string | undefined, fields: object): Promise<{ bytes: Blob; type: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const blob = photo instanceof Blob ? photo : new Blob([photo as BlobPart]);
  const ownName = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
  form.set('photo', blob, fileName ?? ownName ?? 'photo');
  const encoded = new Response(form);
  const type = encoded.headers.get('content-type');
  if (!type) throw new TypeError('this fetch cannot encode forms');
  return { bytes: new Blob([await encoded.arrayBuffer()]), type };
}
