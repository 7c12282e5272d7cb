<?php
/**
 * Horde's WBXML encoder takes the version byte of WBXML for the version of SyncML. Here the one is always 1.2 (2), as
 * SyncML wants it, and the other is the session's.
 */
class VersionedEncoder extends Horde_Xml_Wbxml_Encoder
{
    public function writeHeader($uri)
    {
        $this->_wbxmlVersion = $GLOBALS['backend']->state->version;
        parent::writeHeader($uri);
        // Else it switches to the page it is on before the first element, and there are clients that stop there.
        $this->_currentURI = $uri;
    }

    public function writeVersionNumber($version)
    {
        parent::writeVersionNumber(2);
    }
}
