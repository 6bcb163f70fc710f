"""HTTP semantics (RFC 9110): negotiation, entity tags, content codings, problems, addresses."""
