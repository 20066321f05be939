// Drives JsSIP in Chromium: one JSON command a line on standard input, one event a line on standard output.
// Usage: node phone.js CHROMIUM PROFILE_DIRECTORY PAGE_PORT [CHROMIUM_ARGUMENT...]
const http = require('node:http');
const readline = require('node:readline');
const esbuild = require('esbuild');
const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

// JsSIP watches by itself; to publish, and to ask for relay credentials, its inner parts are needed.
const SCRIPT = `
  window.JsSIP = require('jssip');
  window.OutgoingRequest = require('jssip/lib/SIPMessage').OutgoingRequest;
  window.RequestSender = require('jssip/lib/RequestSender');
  window.DigestAuthentication = require('jssip/lib/DigestAuthentication');
`;

function bundle() {
  const built = esbuild.buildSync({
    stdin: { contents: SCRIPT, resolveDir: __dirname },
    bundle: true,
    define: { global: 'window' },
    write: false,
  });
  return built.outputFiles[0].contents;
}

// A page of another origin than localhost is kept from loopback addresses by Chromium's local network access checks.
async function servePage(port) {
  const script = bundle();
  const server = http.createServer((request, response) => {
    const wantsScript = request.url === '/jssip.js';
    response.setHeader('content-type', wantsScript ? 'text/javascript' : 'text/html');
    response.end(wantsScript ? script : '<!doctype html><script src="/jssip.js"></script>');
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

// Runs in the page.
function signIn({ url, uri, username, password, again }) {
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri,
    authorization_user: username,
    password,
    register_expires: 300,
  });
  window.ua = ua;
  ua.on('connected', () => say('connected'));
  ua.on('disconnected', () => say('disconnected'));
  ua.on('registered', () => {
    say('registered');
    say(`gruu ${ua.contact.pub_gruu}`);
  });
  ua.on('registrationFailed', ({ response, cause }) => {
    say(`registrationFailed ${response ? response.status_code : 0} ${cause}: ${response ? response.reason_phrase : ''}`);
    // who comes before the inside has reached the server: JsSIP leaves it to the page to try again
    if (again && response?.status_code === 480) {
      setTimeout(() => ua.register(), 2000);
    }
  });
  ua.on('newMessage', ({ originator, request }) => {
    if (originator === 'remote' && request.getHeader('Content-Type').startsWith('text/plain')) {
      say(`message ${request.from.uri} ${request.body}`);
    }
  });
  ua.on('newRTCSession', ({ originator, session }) => {
    window.session = session;
    session.on('confirmed', () => say('established'));
    session.on('ended', ({ cause }) => say(`ended ${cause}`));
    session.on('failed', ({ cause }) => say(`failed ${cause}`));
    if (window.relayed) {
      // one relayed address will do: what does not answer would be waited for
      session.on('icecandidate', ({ ready }) => ready());
    }
    if (originator === 'remote') {
      session.answer(callOptions());
    }
    watchMedia(session.connection);
  });
  window.callOptions = () => window.relayed ?? { mediaConstraints: { audio: true, video: false } };
  // Says so once sound has come: packets, and energy in them.
  function watchMedia(connection) {
    connection.ontrack = ({ track }) => {
      const audio = document.body.appendChild(document.createElement('audio'));
      audio.srcObject = new MediaStream([track]);
      audio.play(); // without an element the received energy stays 0
    };
    const timer = setInterval(async () => {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.packetsReceived > 50 && report.totalAudioEnergy > 0) {
          clearInterval(timer);
          say(`media ${report.packetsReceived}`);
        }
      }
    }, 200);
  }
  ua.start();
}

// Runs in the page.
function sendMessage({ uri, text }) {
  window.ua.sendMessage(uri, text, {
    eventHandlers: {
      succeeded: ({ response }) => say(`accepted ${response.status_code} ${text}`),
      failed: ({ response, cause }) => say(`refused ${response ? response.status_code : 0} ${cause}: ${text}`),
    },
  });
}

// Runs in the page.
function call({ uri }) {
  window.ua.call(uri, callOptions());
}

// Runs in the page. The digest (RFC 7616) is computed here: a browser by itself would ask the user.
async function credentials({ url, username, password }) {
  const challenge = (await fetch(url)).headers.get('www-authenticate');
  const digest = new DigestAuthentication({ username, password });
  digest.authenticate({ method: 'GET', ruri: new URL(url).pathname }, JsSIP.Grammar.parse(challenge, 'WWW_Authenticate'));
  const answer = await fetch(url, { headers: { authorization: digest.toString() } });
  say(`credentials ${answer.status} ${JSON.stringify(await answer.json())}`);
}

// Runs in the page. From now on calls go through these relays only, and send a tone, and a moving picture if asked to.
function relay({ servers, hertz, video }) {
  window.sound ??= new AudioContext();
  const destination = sound.createMediaStreamDestination();
  const tone = new OscillatorNode(sound, { frequency: hertz });
  tone.connect(destination);
  tone.start();
  if (video) {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const picture = canvas.getContext('2d');
    setInterval(() => {
      picture.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
      picture.fillRect(0, 0, 320, 240);
    }, 50);
    destination.stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
  }
  window.relayed = {
    mediaStream: destination.stream,
    pcConfig: {
      iceServers: servers,
      iceTransportPolicy: 'relay',
      // one way for sound and picture: the first relayed address, with which the call begins, is good for both
      bundlePolicy: video ? 'max-bundle' : 'balanced',
    },
  };
}

// Runs in the page. Says by which way the sound comes, and its frequency, once it is a clear and steady tone; and how many
// pictures, once some have come if there are any to come.
function measure() {
  const { connection } = window.session;
  const track = connection.getReceivers().find(({ track: { kind } }) => kind === 'audio').track;
  const hasVideo = connection.getReceivers().some(({ track: { kind } }) => kind === 'video');
  const analyser = new AnalyserNode(sound, { fftSize: 16384, smoothingTimeConstant: 0 });
  sound.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const binHertz = sound.sampleRate / analyser.fftSize;
  // The strongest frequency; NaN if it is weak, or another one is nearly as strong.
  const clearTone = () => {
    analyser.getFloatFrequencyData(levels);
    const peak = levels.indexOf(Math.max(...levels));
    const others = levels.filter((_, bin) => Math.abs(bin - peak) * binHertz > 60);
    return levels[peak] > -50 && levels[peak] - Math.max(...others) > 20 ? peak * binHertz : NaN;
  };
  let before = NaN;
  const timer = setInterval(async () => {
    const reports = await connection.getStats();
    const all = [...reports.values()];
    const pair = reports.get(all.find(({ type }) => type === 'transport')?.selectedCandidatePairId);
    const sounds = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
    const pictures = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    const hertz = clearTone();
    const isSteady = Math.abs(hertz - before) <= binHertz;
    before = hertz;
    if (pair && sounds?.packetsReceived > 50 && sounds.totalAudioEnergy > 0 && isSteady && (!hasVideo || pictures?.framesDecoded > 10)) {
      clearInterval(timer);
      const { candidateType, relayProtocol, url } = reports.get(pair.localCandidateId);
      const { totalAudioEnergy, packetsReceived } = sounds;
      const framesDecoded = pictures?.framesDecoded ?? 0;
      const heard = { candidateType, relayProtocol, url, totalAudioEnergy, packetsReceived, hertz, framesDecoded };
      say(`measured ${JSON.stringify(heard)}`);
    }
  }, 100);
}

// Runs in the page. Says the protocols by which relays gave addresses, once all of them have answered or failed.
function gather({ servers }) {
  const connection = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: 'relay' });
  connection.onicecandidateerror = ({ url, errorCode, errorText }) => console.log(`not gathered: ${url} ${errorCode} ${errorText}`);
  connection.onicegatheringstatechange = async () => {
    if (connection.iceGatheringState === 'complete') {
      const candidates = [...(await connection.getStats()).values()].filter(({ type }) => type === 'local-candidate');
      connection.close();
      say(`gathered ${candidates.map(({ relayProtocol }) => relayProtocol).sort().join(',')}.`);
    }
  };
  connection.createDataChannel('any');
  connection.setLocalDescription();
}

// Runs in the page.
function hangUp() {
  window.session.terminate();
}

// Runs in the page.
function watch({ uri }) {
  const subscriber = window.ua.subscribe(uri, 'presence', 'application/pidf+xml', { expires: 600 });
  subscriber.on('pending', () => say(`pending ${uri}`));
  subscriber.on('active', () => say(`active ${uri}`));
  subscriber.on('terminated', (code, reason) => say(`unwatched ${uri} ${code} ${reason}`));
  subscriber.on('notify', (isFinal, request, body) => {
    const document = new DOMParser().parseFromString(body, 'text/xml');
    const basic = document.querySelector('basic');
    const activities = document.getElementsByTagNameNS('urn:ietf:params:xml:ns:pidf:rpid', 'activities');
    const names = [...activities].flatMap((one) => [...one.children].map((child) => child.localName));
    say(`presence ${uri} ${basic ? basic.textContent : '?'} ${names.join(',')}`);
  });
  subscriber.subscribe();
}

// Runs in the page. One subscription to all contacts on the list that the server keeps (RFC 4662).
function watchList() {
  const uri = String(window.ua.configuration.uri);
  const subscriber = window.ua.subscribe(uri, 'presence', 'multipart/related', {
    expires: 600,
    extraHeaders: ['Supported: eventlist', 'Accept: application/rlmi+xml, application/pidf+xml'],
  });
  subscriber.on('terminated', (code, reason) => say(`unwatched list ${code} ${reason}`));
  subscriber.on('notify', (isFinal, request, body) => {
    for (const [, state, rest] of body.matchAll(/<list [^>]*fullState="(\w+)"[^>]*>([^]*?)<\/list>/g)) {
      const members = [...rest.matchAll(/<resource uri="([^"]+)"/g)].map((match) => match[1]);
      say(`list ${state} ${members.join(',')}`);
      for (const [, uri, over] of rest.matchAll(/<resource uri="([^"]+)"[^]*?(?:<\/resource>|state="terminated" reason="(\w+)")/g)) {
        if (over) {
          say(`unlisted ${uri} ${over}`);
        }
      }
    }
    for (const [document] of body.matchAll(/<presence [^]*?<\/presence>/g)) {
      const parsed = new DOMParser().parseFromString(document, 'text/xml');
      say(`listed ${parsed.documentElement.getAttribute('entity')} ${parsed.querySelector('basic').textContent}`);
    }
  });
  subscriber.subscribe();
}

// Runs in the page. What the server tells people about themselves alone: on which devices they are signed in (event reg,
// RFC 3680), and who watches them (presence.winfo, RFC 3857).
function watchOwn({ event, type }) {
  const subscriber = window.ua.subscribe(String(window.ua.configuration.uri), event, type, { expires: 600 });
  // JsSIP 3.13 takes presence.winfo apart and writes "presence.,winfo"
  subscriber._headers = subscriber._headers.map((line) => (line.startsWith('Event:') ? `Event: ${event}` : line));
  subscriber.on('terminated', (code, reason) => say(`unwatched ${event} ${code} ${reason}`));
  subscriber.on('notify', (isFinal, request, body) => {
    const document = new DOMParser().parseFromString(body, 'text/xml');
    if (event === 'reg') {
      say(`devices ${document.querySelectorAll('contact[state="active"]').length}`);
    }
    for (const watcher of document.querySelectorAll('watcher')) {
      say(`watcher ${watcher.textContent.trim()} ${watcher.getAttribute('status')}`);
    }
  });
  subscriber.subscribe();
}

// Runs in the page.
function publish({ basic, activity }) {
  const { ua } = window;
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
    xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="${ua.configuration.uri}">
  <tuple id="browser"><status><basic>${basic}</basic></status></tuple>
  <dm:person id="p"><rpid:activities>${activity ? `<rpid:${activity}/>` : ''}</rpid:activities></dm:person>
</presence>`;
  const headers = ['Event: presence', 'Expires: 600', 'Content-Type: application/pidf+xml'];
  if (window.entityTag) {
    headers.push(`SIP-If-Match: ${window.entityTag}`);
  }
  const request = new window.OutgoingRequest('PUBLISH', ua.configuration.uri, ua, {}, headers, body);
  new window.RequestSender(ua, request, {
    onReceiveResponse: (response) => {
      if (response.status_code >= 200) {
        window.entityTag = response.getHeader('SIP-ETag');
        say(`published ${response.status_code} ${basic} ${activity}`);
      }
    },
  }).send();
}

// Runs in the page. Signs out; what is not over in time is left to the server.
function stop() {
  return new Promise((resolve) => {
    window.ua.on('disconnected', resolve);
    setTimeout(resolve, 3000);
    window.ua.stop();
  });
}

const COMMANDS = { signIn, message: sendMessage, call, hangUp, credentials, relay, measure, gather, watch, watchList, watchOwn, publish };

async function main() {
  const [executablePath, profile, port, ...others] = process.argv.slice(2);
  const server = await servePage(Number(port));
  const args = [...ARGUMENTS, ...others];
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args });
  const quit = async () => {
    await context.close();
    process.exit(0);
  };
  process.on('SIGTERM', quit);
  const page = context.pages()[0];
  page.on('console', (message) => console.log(message.text()));
  await page.exposeFunction('say', (line) => console.log(line));
  await page.goto(`http://localhost:${server.address().port}/`);
  console.log('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    if (command.command === 'quit') {
      break;
    }
    if (command.command === 'leave') {
      await page.evaluate(stop);
      await page.reload();
      console.log('left');
      continue;
    }
    await page.evaluate(COMMANDS[command.command], command);
  }
  await quit();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
