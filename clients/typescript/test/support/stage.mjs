// Server, photo server and the middle, for one test file. Ends with it.
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start_cutroom, start_photo_server } from '../../../../tests/support/node/processes.mjs';
import { start_middle } from './middle.mjs';

export const package_folder = process.env.CUTROOM_CLIENT_PACKAGE ?? fileURLToPath(new URL('../../dist', import.meta.url));

export async function set_stage() {
  const photos = await start_photo_server(fileURLToPath(new URL('../../../../.deps/samples', import.meta.url)));
  const server = await start_cutroom();
  const middle = await start_middle({
    server_url: server.url, photo_url: `${photos.url}/photo.png`, package_folder,
    test_folder: fileURLToPath(new URL('..', import.meta.url)) });
  after(async () => {
    await middle.stop();
    await server.stop();
    await photos.stop();
  });
  return { server_url: server.url, middle_url: middle.url, photos_url: photos.url };
}
