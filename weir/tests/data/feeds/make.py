"""Makes asn.mmdb and country.mmdb (mmdb_writer and netaddr from PyPI), with members as GeoLite2-ASN and GeoLite2-Country have them."""
from netaddr import IPSet
from mmdb_writer import MMDBWriter
w = MMDBWriter(6, "weir-test", languages=["en"], description="made for a test", ipv4_compatible=True)
for blocks, record in [(["1.0.0.0/24", "1.0.1.0/24"], {"autonomous_system_number": 64500, "name": "one"}),
                       (["2001:db8:7::/48"], {"autonomous_system_number": 64500, "name": "one"}),
                       (["1.0.2.0/24"], {"autonomous_system_number": 64501, "name": "two", "traits": {"is_hosting": True}})]:
    w.insert_network(IPSet(blocks), record)
w.to_db_file("asn.mmdb")
w = MMDBWriter(6, "weir-test", languages=["en"], description="made for a test", ipv4_compatible=True)
for blocks, record in [(["1.0.0.0/24"], {"country": {"iso_code": "AU", "geoname_id": 2077456}}),
                       (["2001:db8:7::/48"], {"country": {"iso_code": "DE", "geoname_id": 2921044}}),
                       (["1.0.1.0/24"], {"continent": {"code": "EU"}})]:
    w.insert_network(IPSet(blocks), record)
w.to_db_file("country.mmdb")
