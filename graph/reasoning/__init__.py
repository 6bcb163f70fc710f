"""The only seam to the reasoner: premises in, conclusions and inconsistencies out (OWL 2 RL/RDF rules).

>>> from wicara.graph.reasoning import materialise
>>> closure = materialise(premises)             # triples, a pyoxigraph Store or Dataset, or an rdflib Graph
>>> closure.conclusions, closure.inconsistencies
"""

from wicara.graph.reasoning.inconsistency import Closure, Inconsistency
from wicara.graph.reasoning.materialisation import ENGINES, materialise

__all__ = ["ENGINES", "Closure", "Inconsistency", "materialise"]
