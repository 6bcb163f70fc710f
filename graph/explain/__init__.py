"""Why a statement holds."""
