"""The small contracts that the examples of checks are part of."""

import re

#: Nothing but a root.
PLAIN = """\
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths: {}
"""

#: One operation, one lifecycle of two states, one rule for each of its cells.
PETS = """\
openapi: 3.0.3
info: {title: Pets, version: "1"}
x-lifecycles:
  Pet:
    schema: Pet
    identity: {parameter: id, field: id}
    given: [here]
    states:
      here: {status: here}
      sold: {status: sold}
    transitions:
      sellPet:
        moves:
          - {from: here, to: sold, rule: pets.sell.sells}
        refusals:
          - {in: [sold], status: 409, rule: pets.sell.once}
          - {in: [absent, foreign], status: 404, rule: pets.sell.unknown}
x-rules:
  - id: pets.sell.sells
    level: documented
    statement: A pet that is here can be sold.
    source: https://pets.example/docs#sell
  - id: pets.sell.once
    level: documented
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/docs#sell
    allows: {status: [409]}
  - id: pets.sell.unknown
    level: documented
    statement: A pet that does not exist cannot be sold.
    source: https://pets.example/docs#sell
    allows: {status: [404]}
paths:
  /pets/{id}/sale:
    post:
      operationId: sellPet
      summary: Sell a pet
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: The pet as it is now.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
        "404": {description: There is no such pet.}
        "409": {description: It was sold already.}
components:
  schemas:
    Pet:
      type: object
      required: [id, status]
      properties:
        id: {type: string}
        status: {type: string, enum: [here, sold]}
        bornAt: {type: string, format: date-time}
      example: {id: rex, status: here}
"""


def complete(example: str, within: str) -> str:
    """`example`, followed by the root members of `within` that it lacks."""
    own = {_name(member) for member in _members(example)}
    return example + "".join(member for member in _members(within) if _name(member) not in own)


def _members(text: str) -> list[str]:
    return re.split(r"^(?=[a-zA-Z])", text, flags=re.MULTILINE)[1:]


def _name(member: str) -> str:
    return member.partition(":")[0]
