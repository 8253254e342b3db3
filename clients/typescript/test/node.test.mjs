// The scenarios in Node, against the real server.
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { scenarios as of_client } from './scenarios/client.mjs';
import { scenarios as of_queue_api } from './scenarios/queue_api.mjs';
import { package_folder, set_stage } from './support/stage.mjs';
import { make_world } from './support/world.mjs';

// Node 18 has it, but not as a global.
globalThis.File ??= (await import('node:buffer')).File;

const stage = await set_stage();
process.env.VITE_BACKEND_URL = stage.server_url;
const world = make_world(await import(pathToFileURL(`${package_folder}/index.js`)), stage);

for (const [name, run] of Object.entries({ ...of_queue_api, ...of_client })) test(name, { timeout: 60_000 }, () => run(world));
