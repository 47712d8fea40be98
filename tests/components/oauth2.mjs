// oidc-provider, a certified OAuth2 server, with one call of an ERP that accepts its access tokens.
//
//   node oauth2.mjs MODULE PORT
//
// MODULE is oidc-provider's main file. Apart from the OAuth2 server's own paths it serves:
//
//   /api/erp/v1/...   an empty list, or for a short-lived token one "file" named after the token
//   /token-requests   the number of token requests
//   /lives/TOKEN      whether a token is valid now
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const [module, port] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(module).href);

const client = (client_id, client_secret) => ({
  client_id,
  client_secret,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  scope: 'gambit:erp',
  token_endpoint_auth_method: 'client_secret_post',
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  scopes: ['gambit:erp', 'gambit:erp:users'],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  ttl: {
    ClientCredentials: (_ctx, _token, { clientId }) => (clientId === 'EXAMPLE-SHORT' ? 2 : 3600),
  },
  clients: [
    client('EXAMPLE-CLIENT', 'EXAMPLE-SECRET'),
    client('EXAMPLE-SHORT', 'EXAMPLE-SECRET'),
    client('EXAMPLE-ODD', 'EXAMPLE&SECRET=+ %41/~'),
  ],
});

let tokenRequests = 0;
provider.use(async (ctx, next) => {
  if (ctx.path === '/token') tokenRequests += 1;
  await next();
});

// The ERP accepts a short-lived token forever, so that no test depends on the speed of the machine.
const shortLived = new Set();
provider.on('client_credentials.saved', ({ clientId, jti }) => {
  if (clientId === 'EXAMPLE-SHORT') shortLived.add(jti);
});

const find = (token) => provider.ClientCredentials.find(token);

async function files(request, response) {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ');
  const answer = (list) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
  if (scheme === 'Bearer' && shortLived.has(value)) return answer([{ Id: 1, FileName: value }]);
  const token = scheme === 'Bearer' ? await find(value) : undefined;
  if (!token?.isValid) return response.writeHead(401).end();
  if (!token.scopes.has('gambit:erp')) return response.writeHead(403).end();
  return answer([]);
}

const oauth = provider.callback();
http
  .createServer(async (request, response) => {
    const { url } = request;
    if (url === '/token-requests') response.end(String(tokenRequests));
    else if (url.startsWith('/lives/')) response.end(String(Boolean((await find(url.slice(7)))?.isValid)));
    else if (url.startsWith('/api/erp/v1/')) await files(request, response);
    else oauth(request, response);
  })
  .listen(Number(port), '127.0.0.1');
