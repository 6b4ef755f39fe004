"""The providers of the four channels, played on loopback in their own wire protocols.

Written from the providers' documents alone, never from our adapters: two readings of one document.
Start it with `server.Simulator`, `server.running` (tests) or `server.run` (a child process).

    CHANNELS_ESMS_URL      http_url    answers below /MainService.svc/json/
    CHANNELS_SPEEDSMS_URL  http_url/index.php
    CHANNELS_FPT_URL       http_url    answers /oauth2/token and /api/push-brandname-otp
    CHANNELS_ZALO_OA_URL   http_url    answers below /v3.0/oa/ and /v2.0/oa/
    CHANNELS_ZALO_ZBS_URL  http_url    answers below /message/, /template/ and /quality
    CHANNELS_ZALO_OAUTH_URL  http_url  answers below /v4/oa/
    CHANNELS_TELEGRAM_URL  http_url    answers below /bot<token>/
    CHANNELS_SMTP_URL      smtp_url    smtp://127.0.0.1:port
    CHANNELS_SMPP_URL      smpp_url    smpp://hoamai:smpp-key@127.0.0.1:port
    /                      the parents' phones, to be looked at
    /_simulator/…          the stage door: faults, people, what arrived (door.py)
"""
