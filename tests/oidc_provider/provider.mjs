// An OpenID provider for the tests: the certified `oidc-provider`, with a few invented persons and two clients.
//
// Started as `node provider.mjs '<JSON>'`: where the package lies, the port, addresses of the client. Keys are made anew
// at each start. It stops when its standard input is closed, so that none is left behind.
//
// Signing in: a form at /interaction/<uid> takes `login` (one of the persons), `amr` and `acr` (what the person is said
// to have used), or `deny`. Consent is given by itself.
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const said = JSON.parse(process.argv[2]);
const { default: Provider } = await import(pathToFileURL(said.module));
const issuer = `http://127.0.0.1:${said.port}`;
const SCOPES = 'openid profile gov';

const persons = {
  aysel: { name: 'Aysel Məmmədova', personal_number: '7XQ2K9M', groups: ['residents'] },
  kamran: { name: 'Kamran Əliyev', personal_number: '3ZT8P1C', groups: ['examiners', 'residents'] },
  boss: { name: 'Leyla Quliyeva', groups: ['heads'] },
  imitator: { name: 'Аysel Mammadova', personal_number: '9HH1K0A', groups: [] },
  nameless: { groups: [] },
};
const changed = {};

function key(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

const provider = new Provider(issuer, {
  jwks: { keys: [key(`k${Date.now()}`)] },
  cookies: { keys: ['of the tests, and of no other use'] },
  clients: [
    {
      client_id: 'onewindow',
      client_secret: said.client_secret,
      redirect_uris: said.redirect_uris,
      post_logout_redirect_uris: said.post_logout_redirect_uris,
      backchannel_logout_uri: said.backchannel_logout_uri,
      backchannel_logout_session_required: true,
      require_auth_time: true,
    },
    {
      client_id: 'tax-system',
      client_secret: said.client_secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  acrValues: ['urn:example:two-factors'],
  claims: {
    openid: ['sub', 'acr', 'amr'],
    profile: ['name'],
    gov: ['personal_number', 'groups'],
  },
  pkce: { required: () => true },
  // It calls no addresses within by itself; its client of the tests is one.
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...persons[id], ...changed[id] }),
  }),
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(SCOPES);
    grant.addResourceScope(said.audience, 'tasks instances');
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => false,
      getResourceServerInfo: (_ctx, resource) => ({
        scope: 'tasks instances',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});

async function bodyOf(request) {
  let body = '';
  for await (const piece of request) body += piece;
  return body;
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/of-the-tests/change' && ctx.method === 'POST') {
    // A person gets other claims from now on.
    const { login, claims } = JSON.parse(await bodyOf(ctx.req));
    changed[login] = claims;
    ctx.body = 'changed';
    return;
  }
  if (!ctx.path.startsWith('/interaction/')) return next();
  if (ctx.method !== 'POST') {
    ctx.type = 'html';
    ctx.body = '<form method="post"><input name="login"><input name="amr"><input name="acr"><button>Sign in</button></form>';
    return;
  }
  const form = new URLSearchParams(await bodyOf(ctx.req));
  const result = form.has('deny')
    ? { error: 'access_denied', error_description: 'the person did not want to' }
    : {
        login: {
          accountId: form.get('login'),
          amr: form.has('amr') ? form.get('amr').split(' ') : undefined,
          acr: form.get('acr') ?? undefined,
          ts: form.has('ago') ? Math.floor(Date.now() / 1000) - Number(form.get('ago')) : undefined,
        },
      };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
});

provider.on('server_error', (_ctx, error) => console.error(error));
provider.listen(said.port, '127.0.0.1', () => console.log('listening'));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
