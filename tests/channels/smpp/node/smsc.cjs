// An SMSC on npm's `smpp`. Told by its one argument, JSON: record.py's Script.
// Says its port in the first line; when its input ends, everything it took in the second.
const smpp = require('smpp');

const script = JSON.parse(process.argv[2]);
const taken = [];
const untold = [];
const sessions = [];
let asked = 0;

const spell = (number, base, width, mark) =>
  script.hexadecimal ? number.toString(base).toUpperCase().padStart(width, '0') : mark + number;
const given = (number) => spell(number, 16, 8, 'm-');
const named = (number) => spell(number, 10, 10, 'm-');
const text = (number) =>
  `id:${named(number)} sub:001 dlvrd:001 submit date:2611240930 done date:2611240930`
  + ' stat:DELIVRD err:000 Text:';

function tell(receipt) {
  const session = sessions[sessions.length - 1];
  if (!session) {
    untold.push(receipt);
    return;
  }
  session.open.add(receipt);
  session.deliver_sm({
    source_addr_ton: 1, source_addr_npi: 1, source_addr: receipt.to,
    dest_addr_ton: 5, destination_addr: receipt.from,
    esm_class: 4, short_message: Buffer.from(text(receipt.number)),
  }, (answer) => {
    session.open.delete(receipt);
    if (answer.command_status) setTimeout(tell, 50, receipt);
  });
}

function submitted(session, pdu) {
  asked += 1;
  if (script.throttle_every && asked % script.throttle_every === 0) {
    session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    return;
  }
  const { udh, message } = pdu.short_message;
  taken.push([pdu.source_addr, pdu.destination_addr, udh ? [...Buffer.concat(udh)] : [], message]);
  const receipt = { from: pdu.source_addr, to: pdu.destination_addr, number: taken.length };
  const answer = () => session.send(pdu.response({ message_id: given(receipt.number) }));
  if (script.early) {
    tell(receipt);
    setTimeout(answer, 2);
  } else {
    answer();
    if (pdu.registered_delivery === 1) tell(receipt);
  }
}

const server = smpp.createServer((session) => {
  session.open = new Set();
  session.on('bind_transceiver', (pdu) => {
    session.send(pdu.response());
    sessions.push(session);
    untold.splice(0).forEach(tell);
  });
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on('error', () => {});
  session.on('close', () => {
    const place = sessions.indexOf(session);
    if (place >= 0) sessions.splice(place, 1);
    session.open.forEach(tell); // what was not answered is told to the next session
  });
});

server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.stdin.resume().on('end', () => {
  process.stdout.write(`${JSON.stringify({ asked, taken })}\n`, () => process.exit(0));
});
