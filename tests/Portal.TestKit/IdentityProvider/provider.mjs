// A real OpenID provider for tests: node provider.mjs PORT REDIRECT_URI POST_LOGOUT_URI BACKCHANNEL_URI. People sign in by POSTing their login and claims to the interaction.
import crypto from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, redirectUri, postLogoutUri, backchannelUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = new Map();

const newKey = (kid) => ({ ...crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });

function provider(keys) {
  const made = new Provider(issuer, {
    clients: [{
      client_id: 'portal', client_secret: 'portal secret+%', grant_types: ['authorization_code'], response_types: ['code'],
      redirect_uris: [redirectUri], post_logout_redirect_uris: [postLogoutUri],
      backchannel_logout_uri: backchannelUri, backchannel_logout_session_required: true,
    }],
    claims: { openid: ['sub', 'groups', 'preferred_username'], profile: ['name'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    jwks: { keys },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    renderError: (ctx, out) => { ctx.type = 'json'; ctx.body = out; },
  });
  made.use(async (ctx, next) => {
    const uid = /^\/interaction\/([^/]+)$/.exec(ctx.path)?.[1];
    if (uid && ctx.method === 'POST') {
      const text = await new Promise((done) => { let all = ''; ctx.req.on('data', (d) => { all += d; }).on('end', () => done(all)); });
      const { sub, ...claims } = JSON.parse(text);
      people.set(sub, claims);
      const details = await made.interactionDetails(ctx.req, ctx.res);
      const grant = new made.Grant({ accountId: sub, clientId: details.params.client_id });
      grant.addOIDCScope(details.params.scope);
      await made.interactionFinished(ctx.req, ctx.res, { login: { accountId: sub }, consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: false });
      ctx.respond = false;
      return;
    }
    await next();
  });
  return made;
}

let keys = [newKey('key-1')];
let current = provider(keys).callback();
const { createServer } = await import('node:http');
createServer((req, res) => {
  if (req.method === 'POST' && req.url === '/rotate') {
    keys = [newKey(`key-${Date.now()}`)];
    current = provider(keys).callback();
    res.end();
    return;
  }
  current(req, res);
}).listen(Number(port), '127.0.0.1', () => console.log(`listening ${issuer}`));
