"""Random numbers: reproducible from a seed and the number of draws."""

from session_contracts.mock_server.chance import CHOICES, IDS, Chance


def test_same_seed_gives_the_same_numbers() -> None:
    one, other = Chance(7), Chance(7)
    assert [one.uuid() for _ in range(3)] == [other.uuid() for _ in range(3)]
    assert Chance(8).uuid() != Chance(7).uuid()


def test_state_is_the_seed_and_the_number_of_draws() -> None:
    chance = Chance(7)
    chance.uuid()
    assert dict(chance.drawn) == {IDS: 1}
    assert Chance(7, chance.drawn).uuid() == chance.uuid()


def test_purposes_have_independent_sequences() -> None:
    chance, other = Chance(7), Chance(7)
    other.draw(CHOICES)
    assert chance.uuid() == other.uuid()


def test_fork_continues_where_its_origin_is() -> None:
    chance = Chance(7)
    chance.uuid()
    fork = chance.fork()
    assert fork.uuid() == chance.uuid()
    fork.uuid()
    assert chance.drawn[IDS] == 2
