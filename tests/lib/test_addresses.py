"""breakthru.lib.addresses"""

from pathlib import Path

from breakthru.lib.addresses import SHORT_FOLDER, Addresses, local_addresses


def test_local_addresses_are_sockets_inside_the_data_folder() -> None:
    assert local_addresses(Path("/srv/site/var")) == Addresses(
        socket_dir=Path("/srv/site/var/sockets"),
        database_url="postgres://postgres@%2Fsrv%2Fsite%2Fvar%2Fsockets/breakthru",
        broker_url="unix:///srv/site/var/sockets/broker.sock",
        cache_url="unix:///srv/site/var/sockets/cache.sock",
    )


def test_local_addresses_quote_what_an_address_may_not_hold() -> None:
    addresses = local_addresses(Path("/srv/my site/var#1"))

    assert addresses.broker_url == "unix:///srv/my%20site/var%231/sockets/broker.sock"


def test_local_addresses_of_a_deep_folder_are_short() -> None:
    deep = Path("/srv") / ("x" * 100)

    assert local_addresses(deep).socket_dir == SHORT_FOLDER / "breakthru-a47f0850df5e"


def test_local_addresses_of_two_deep_folders_differ() -> None:
    deep = Path("/srv") / ("x" * 100)

    assert local_addresses(deep / "a").socket_dir != local_addresses(deep / "b").socket_dir
