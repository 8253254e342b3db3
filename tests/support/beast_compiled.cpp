// Beast's own code, compiled once for the test servers.
#include <boost/beast/src.hpp>
