"""Dominators of a graph: the nodes through which every path to another node goes.

The algorithm is Semi-NCA (Georgiadis and Tarjan), a simplification of Lengauer and Tarjan's that is as fast
in practice: depth-first numbers, semidominators with path compression, then nearest common ancestors.
"""

from collections.abc import Sequence

NONE = -1
"""No dominator: the root, and what cannot be reached from it."""


def immediate_dominators(successors: Sequence[Sequence[int]], root: int) -> list[int]:
    """The immediate dominator of every node.

    A node dominates another if every path from the root to the other goes through it; the immediate one is
    the last of them on such a path before the other itself.

    Args:
        successors: For each node, the nodes that it leads to.
        root: The node that all paths begin at.

    Returns:
        For each node its immediate dominator, or :data:`NONE`.
    """
    order, parent = _depth_first(successors, root)
    number = {node: position for position, node in enumerate(order)}
    predecessors: list[list[int]] = [[] for _ in order]
    for position, node in enumerate(order):
        for target in successors[node]:
            predecessors[number[target]].append(position)
    # From here on nodes are their depth-first numbers.
    semi = list(range(len(order)))
    best = list(
        range(len(order))
    )  # on the compressed path to the ancestor, the one of the least semidominator
    ancestor = [NONE] * len(order)
    for node in range(len(order) - 1, 0, -1):
        for source in predecessors[node]:
            semi[node] = min(semi[node], semi[_evaluate(source, ancestor, best, semi)])
        ancestor[node] = parent[node]
    dominator = [0] * len(order)
    for node in range(1, len(order)):
        candidate = parent[node]
        while candidate > semi[node]:
            candidate = dominator[candidate]
        dominator[node] = candidate
    result = [NONE] * len(successors)
    for node in range(1, len(order)):
        result[order[node]] = order[dominator[node]]
    return result


def _depth_first(successors: Sequence[Sequence[int]], root: int) -> tuple[list[int], list[int]]:
    """The reachable nodes in the order of a depth-first search, and for each position that of the parent."""
    position = {root: 0}
    order, parent = [root], [0]
    stack = [iter(successors[root])]
    path = [0]
    while stack:
        for target in stack[-1]:
            if target not in position:
                position[target] = len(order)
                parent.append(path[-1])
                order.append(target)
                path.append(position[target])
                stack.append(iter(successors[target]))
                break
        else:
            stack.pop()
            path.pop()
    return order, parent


def _evaluate(node: int, ancestor: list[int], best: list[int], semi: list[int]) -> int:
    """Of a node and its ancestors in the forest so far but their root, the one of least semidominator."""
    if ancestor[node] == NONE:
        return node
    path = []
    while ancestor[ancestor[node]] != NONE:
        path.append(node)
        node = ancestor[node]
    for below in reversed(path):
        above = ancestor[below]
        if semi[best[above]] < semi[best[below]]:
            best[below] = best[above]
        ancestor[below] = ancestor[above]
    return best[path[0] if path else node]


def subtree_sums(dominator: Sequence[int], sizes: Sequence[int], order: Sequence[int]) -> list[int]:
    """For each node the sizes of all that it dominates, its own included.

    Args:
        dominator: The immediate dominators.
        sizes: The size of each node.
        order: All nodes, each before every node that it dominates.
    """
    sums = list(sizes)
    for node in reversed(order):
        if dominator[node] != NONE:
            sums[dominator[node]] += sums[node]
    return sums


def tree_order(dominator: Sequence[int]) -> list[int]:
    """All nodes, each before every node that it dominates."""
    children: list[list[int]] = [[] for _ in dominator]
    stack = []
    for node, above in enumerate(dominator):
        if above == NONE:
            stack.append(node)
        else:
            children[above].append(node)
    order = []
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(children[node])
    return order
