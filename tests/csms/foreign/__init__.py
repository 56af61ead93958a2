"""Charging stations that are built on other people's OCPP libraries, each a program of its own.

They all take the same commands on their standard input, one JSON object a line, and tell on their standard output, a line
each, what the csms asked, what current they are held to, and whatever their library found wrong with what the csms sent.
`test_foreign.Station` is the other end.

| command | what the station does |
|---|---|
| `connect` url, identity, key | connects with basic authentication, and tells what it kept while it was offline |
| `boot` | sends a BootNotification |
| `status` status | tells the state of connector 1, in OCPP 1.6's words |
| `authorise` tag | asks whether this tag may charge |
| `start` tag, `stop` | starts and ends a transaction |
| `charge` wh | charges so much at the current that it is held to, then sends meter values |
| `age` s | sets its clock forward |
| `drop` | cuts the connection |
"""
